"""What happens by itself. `schedule` is the timetable; a job may run twice, late or never without harm."""
