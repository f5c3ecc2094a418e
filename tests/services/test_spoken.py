"""What an import remembers of the rows before, and finds again after a crash."""

from contextlib import closing
from pathlib import Path

import pytest

from smarketing.services.spoken import Spoken


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv.spoken"


def test_leads_are_remembered_across_workers(path: Path) -> None:
    with closing(Spoken(path, before=0)) as spoken:
        spoken.note([1, 8, 70_000], place=0)
        assert [lead_id for lead_id in (0, 1, 7, 8, 9, 70_000, 70_001, None) if lead_id in spoken] == [1, 8, 70_000]
    with closing(Spoken(path, before=500)) as spoken:
        spoken.note([9], place=500)
    with closing(Spoken(path, before=900)) as spoken:
        assert all(lead_id in spoken for lead_id in (1, 8, 9, 70_000))


def test_what_was_noted_but_never_committed_does_not_count(path: Path) -> None:
    with closing(Spoken(path, before=0)) as spoken:
        spoken.note([1], place=0)
        spoken.note([2], place=500)
    with closing(Spoken(path, before=500)) as spoken:
        assert (1 in spoken, 2 in spoken) == (True, False)
        spoken.note([3], place=500)
    with closing(Spoken(path, before=900)) as spoken:
        assert (1 in spoken, 2 in spoken, 3 in spoken) == (True, False, True)


def test_a_note_that_was_cut_off_is_forgotten(path: Path) -> None:
    with closing(Spoken(path, before=0)) as spoken:
        spoken.note([1], place=0)
        spoken.note([2, 3, 4], place=500)
    path.write_bytes(path.read_bytes()[:-8])
    with closing(Spoken(path, before=900)) as spoken:
        assert (1 in spoken, 2 in spoken) == (True, False)


def test_a_new_pass_remembers_nothing(path: Path) -> None:
    with closing(Spoken(path, before=0)) as spoken:
        spoken.note([1], place=0)
    with closing(Spoken(path, before=0)) as spoken:
        assert 1 not in spoken
