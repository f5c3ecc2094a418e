"""What invented leads are called, where they work and what they say."""

FIRST_NAMES = (
    "Adèle Agathe Alexandre Amélie Antoine Aurélie Baptiste Benoît Camille Cécile Chloé Claire Clément Émilie"
    " Étienne Fabien Félix Florence François Gaëlle Geneviève Guillaume Hélène Hugo Isabelle Jérôme Joëlle Julien"
    " Karim Laure Léa Léo Loïc Louis Maëlys Manon Marc Mathieu Maxime Mélanie Mickaël Nadine Nicolas Noémie"
    " Océane Olivier Pascal Philippe Quentin Rachid Raphaël Rémi Romane Sabrina Samuel Sébastien Simon Solène"
    " Sophie Stéphane Sylvie Thibault Valérie Vincent Xavier Yann Yasmine Zoé Andrew Emma Grace Harper Ian Kevin"
    " Liam Olivia Rachel Sean Wei Tomasz"
).split()
LAST_NAMES = (
    "Arsenault Beauchamp Bélanger Bergeron Bernard Bertrand Besson Blanchet Bouchard Boyer Brunet Caron"
    " Charbonneau Chevalier Colin Côté Courtois Desjardins Deschamps Dubois Dufour Dupuis Durand Fabre Fontaine"
    " Fortin Gagné Garnier Gauthier Gérard Girard Guérin Hébert Henry Huet Jacquet Joly Lacroix Lambert Langlois"
    " Laporte Lavoie Lebeau Leclerc Lefort Legrand Lemoine Lessard Lévesque Mallet Marchal Masson Mercier Meunier"
    " Michaud Morel Moreau Nadeau Noël Ouellet Pelletier Perrin Picard Poirier Poulin Prévost Renard Richard"
    " Rivière Robert Rousseau Roy Savard Simard Thibodeau Tremblay Vaillancourt Vidal Weber Zimmermann O’Brien"
    " MacLeod Campbell Nguyễn Kowalski Haddad Benslimane"
).split()
RARE_NAMES = (
    ("محمد", "الفاسي"),
    ("ليلى", "بن يوسف"),
    ("Zoë 🌱", "van den Berghe"),
    ("Maximilien-Emmanuel", "de Hautefeuille-Saint-Chamond de La Tour d’Auvergne"),
    ("Siobhán", "Ní Dhomhnaill"),
    ("晓明", "李"),
    ("Ólafur", "Þórðarson"),
    ("Jean-Baptiste 👷", "Ström-Łukasiewicz"),
)
COMPANY_HEADS = (
    "Aciéries Ardoise Aubrac Bastide Brasserie Briques Cartonnerie Céréales Chaux Conserverie Dorval Érable"
    " Faïence Filature Fonderie Forges Fromagerie Glacier Granit Laiterie Laurentides Lavande Minoterie Mistral"
    " Moulins Papeterie Plastiques Saline Sapinière Scierie Sucrerie Tannerie Tuilerie Verrerie Vallon Zinc"
).split()
COMPANY_TAILS = (
    "de l’Ouest|du Rhône|du Saguenay|des Alpes|d’Estrie|de la Loire|du Hainaut|du Jura|de Lanaudière|du Nord|réunies|"
    "Frères|& Fils|Industries|Group|SA|SAS|Inc.|International|Mauricie|Savoie|Vosges|du Lac|Beaulieu|Carrier"
).split("|")
LONG_COMPANY = (
    "Société coopérative agricole et industrielle des producteurs de betteraves et de céréales réunis du bassin"
    " parisien et de la Picardie maritime"
)
OTHER_COMPANIES = (
    "Université de Sherbrooke|Cabinet Mesnil Conseil|École des mines|Hôtel des Voyageurs|Agence Bleu Horizon|"
    "Ville de Trois-Ponts|Garage Perrin|Studio Kern|Librairie du Port|Syndic Beauséjour"
).split("|")

TITLES = {
    "energy-manager": (
        "Responsable énergie|Energy manager|Responsable énergie et fluides|Chargée de mission énergie|Chef de projet"
        " décarbonation|Corporate energy manager|Ingénieur efficacité énergétique|Responsable ISO 50001"
    ).split("|"),
    "plant-director": (
        "Directeur d’usine|Directrice de site|Plant manager|Directeur industriel|Responsable production|Head of"
        " operations|Directrice des opérations|VP Manufacturing"
    ).split("|"),
    "buyer": "Acheteuse|Acheteur industriel|Responsable achats|Senior buyer|Purchasing manager|Directrice achats".split(
        "|"
    ),
    "somebody-else": (
        "Consultant|Étudiante ingénieure|Stagiaire|Comptable|Assistante de direction|Journalist|Web developer|"
        "Gérant|HR business partner|Chargé de communication"
    ).split("|"),
}
INDUSTRIES = ("agri-food", "chemicals", "metals", "paper", "plastics")
OTHER_INDUSTRIES = ("retail", "logistics", "services", "public")
COUNTRIES = {"FR": 52, "CA": 27, "BE": 9, "CH": 7, "LU": 1, "US": 2, "MA": 1, "GB": 1}
PHONES = {"FR": "+33 6", "CA": "+1 514", "BE": "+32 470", "CH": "+41 79", "LU": "+352 621", "US": "+1 617"}
MAILBOXES = ("gmail.com", "outlook.com", "orange.fr", "videotron.ca")

CAMPAIGNS = {
    "Google Ads": ("compteurs-2026", "iso-50001", "energy-costs"),
    "LinkedIn": ("plant-directors", "decarbonation"),
    "Webinar": ("webinaire-facture", "webinar-payback"),
    "Trade show": ("salon-lyon", "expo-montreal"),
    "Newsletter": ("lettre-mensuelle",),
}
PAGES = ("/compteurs", "/en/meters", "/logiciel", "/guide-iso-50001", "/demo", "/en/pricing", "/cas-clients/papeterie")

MARK_REASONS = (
    "Spoke with them at the fair: a second site opens in spring.",
    "Recommandé par un client de la Mauricie, projet confirmé au téléphone.",
    "Asked for a call in the comments of the webinar.",
    "Appel d’offres reçu par e-mail, hors formulaire.",
)
TAKE_BACK_REASONS = (
    "It turned out to be a supplier, not a buyer.",
    "Doublon d’un compte que nous suivons déjà.",
    "The form was filled in as a test by our agency.",
)
REFUSAL_NOTES = (
    "Three calls, the number is not in service.",
    "La personne a quitté l’entreprise le mois dernier.",
    "They only want prices for a school project.",
    "Déjà en discussion avec le siège.",
    "Asked to be called again after the budget round.",
    "",
)
RECYCLE_NOTES = (
    "Budget arbitré en janvier, à rappeler.",
    "Contract with their supplier runs until summer.",
    "Cinq appels, deux e-mails, pas de réponse.",
    "Nice talk, no project before the new line is built.",
)
LOSS_NOTES = ("Undercut by 18 %.", "Projet gelé par le groupe.", "They need Modbus RTU on the small meter.", "")
TOUCH_NOTES = (
    "Left a message.",
    "Premier échange, très intéressé par le suivi à l’heure.",
    "Sent the case study of the paper mill.",
    "Rendez-vous pris pour jeudi.",
    "Démonstration faite à trois personnes.",
    "Répondeur.",
    "Offer sent, decision in two weeks.",
    "",
)
EVIDENCE = {
    "sql-need": (
        "Wants hourly figures for two lines before the audit.",
        "Facture en hausse de 30 %, cherche où ça part.",
        "Needs ISO 50001 evidence by next spring.",
    ),
    "sql-authority": (
        "Decides alone up to 25 k€, the plant director above.",
        "La directrice du site décide, présente à l’appel.",
        "Group procurement signs; we spoke with both.",
    ),
    "sql-budget": ("25 000 € set aside for the year.", "Enveloppe efficacité énergétique, environ 40 k€."),
    "sql-timing": ("Must run before the winter shutdown.", "Mise en service souhaitée sous trois mois."),
}

CONTEST_NOTES = {
    "refusal": "Sixty-eight points and two visits to the price page: every criterion is met. Please call once.",
    "outage": "The telephone lines of the Lyon office were down from 10:20 to 15:00 by the operator’s ticket.",
    "wrong_data": "The number in the form belongs to another company; it took us a day to find the right one.",
}
OBJECTION = "We saw it differently at the time; let the arbiters say."
RULINGS = {
    "dismissed": "Visits alone do not outweigh that the company has fewer than ten people: the refusal stands.",
    "upheld": "A wrong number is not the rep’s delay. Check numbers at intake from now on.",
}

AMENDMENT = (
    "First touch within six hours",
    "Of the leads touched within six hours, one in three became an SQL last quarter; of the others, one in five.",
)
ON_THE_AMENDMENT = "In trade-fair weeks half of us are on the road. Can we leave those out?"
