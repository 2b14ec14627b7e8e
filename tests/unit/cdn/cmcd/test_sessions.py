"""Sessions side by side: which requests belong together, and that there is room for all."""

from cdn.cmcd import figures
from cdn.cmcd.figures import NAMES, REST, Histogram, Sum, bucket_of, of_noticed, order_of
from cdn.cmcd.place import Place, place_of
from cdn.cmcd.report import Report
from cdn.cmcd.sampling import DOUBLINGS_MAX, Thinning, is_chosen, number_of
from cdn.cmcd.session import Noticed
from cdn.cmcd.sessions import SILENT_S, Ended, Sessions

SALT = 16 * b"s"
ENTRY = Place(None, None, None)
URGENT, CALM = Report(su=True, d_ms=6000), Report(bl_ms=6000, d_ms=6000)


def segment(number: int, asset_id: str = "ann") -> Place:
    return Place(asset_id, "128k", number)


def test_a_session_begins_with_what_leads_to_an_asset() -> None:
    sessions = Sessions(SALT)
    assert sessions.take(b"x", 0, ENTRY, Report(), 10) == (Noticed(), None, [])
    sessions.take(b"x", 0, segment(0), URGENT, 11)
    noticed, asset_id, ended = sessions.take(b"x", 0, segment(1), CALM, 12)
    assert (noticed.startup_s, asset_id, ended) == (2, "ann", [])


def test_another_asset_is_another_session() -> None:
    sessions = Sessions(SALT)
    sessions.take(b"x", 0, segment(0), CALM, 10)
    sessions.take(b"x", 0, ENTRY, Report(), 20)
    noticed, asset_id, ended = sessions.take(b"x", 0, segment(0, "bob"), CALM, 21)
    assert ended == [Ended("ann", 0.0, 20)]
    assert (noticed.is_first, noticed.startup_s, asset_id) == (True, 1, "bob")


def test_what_led_to_the_last_asset_begins_no_other() -> None:
    sessions = Sessions(SALT)
    sessions.take(b"x", 0, ENTRY, Report(), 10)
    sessions.take(b"x", 0, segment(0), CALM, 11)
    noticed, _, _ = sessions.take(b"x", 0, segment(0, "bob"), CALM, 30)
    assert (noticed.is_first, noticed.startup_s) == (True, None)


def test_two_sids_are_two_sessions() -> None:
    sessions = Sessions(SALT)
    assert sessions.take(b"x", 0, segment(0), CALM, 1)[0].is_first
    assert sessions.take(b"y", 0, segment(0), CALM, 1)[0].is_first
    assert not sessions.take(b"x", 0, segment(1), CALM, 2)[0].is_first


def test_silent_sessions_end_and_what_comes_back_has_no_startup() -> None:
    sessions = Sessions(SALT)
    sessions.take(b"x", 0, segment(0), CALM, 0)
    sessions.take(b"y", 0, ENTRY, URGENT, 1)
    assert list(sessions.end_silent(SILENT_S - 0.1)) == []
    assert list(sessions.end_silent(SILENT_S + 1)) == [Ended("ann", 0.0, 0)]
    assert len(sessions) == 0
    noticed, _, _ = sessions.take(b"x", 0, segment(1), CALM, 1000)
    assert noticed.is_first
    assert noticed.startup_s is None


def test_who_comes_back_in_a_log_is_another_session_however_soon_that_is_read() -> None:
    sessions = Sessions(SALT)
    sessions.take(b"x", 0, segment(0), CALM, 0)
    _, _, ended = sessions.take(b"x", 0, segment(1), CALM, SILENT_S - 1)
    assert ended == []
    noticed, _, ended = sessions.take(b"x", 0, segment(2), URGENT, 2 * SILENT_S)
    assert ended == [Ended("ann", 0.0, SILENT_S - 1)]
    assert (noticed.is_first, noticed.starvations) == (True, 0)
    assert len(sessions) == 1


def test_what_is_heard_of_late_goes_on_by_when_it_came() -> None:
    sessions = Sessions(SALT)
    sessions.take(b"ahead", 0, segment(0), CALM, 700, came_s=5_000)
    sessions.take(b"late", 0, segment(0), CALM, 100, came_s=5_001)
    assert list(sessions.end_silent(5_899, 900)) == []
    assert list(sessions.end_silent(5_900, 900)) == [Ended("ann", 0.0, 700)]
    assert list(sessions.end_silent(5_901, 900)) == [Ended("ann", 0.0, 100)]


def test_a_million_sids_take_no_more_room_than_there_is() -> None:
    sessions = Sessions(SALT, sessions_max=100)
    ended = 0
    for number in range(100_000):
        _, _, gone = sessions.take(b"%d" % number, 0, segment(0), CALM, number)
        ended += len(gone)
    assert len(sessions) == 100
    assert ended == 99_900
    assert len(list(sessions.end_all())) == 100


def test_who_is_no_longer_looked_at_is_forgotten() -> None:
    sessions = Sessions(SALT)
    for number in range(1000):
        sessions.take(b"%d" % number, number, segment(0), CALM, 0)
    sessions.forget_unchosen(4)
    assert len(sessions) == 250


def test_one_in_so_many_sessions_is_chosen_and_stays_so() -> None:
    sids = [number_of(b"%032x" % number) for number in range(20_000)]
    chosen = [set(filter(lambda sid: is_chosen(sid, 10 << n), sids)) for n in range(3)]
    assert chosen[0] > chosen[1] > chosen[2]
    assert abs(len(chosen[0]) / len(sids) - 0.1) < 0.01
    assert all(is_chosen(sid, 1) for sid in sids)


def test_where_too_much_comes_fewer_are_chosen_and_more_again_once_it_is_quiet() -> None:
    thinning = Thinning(3, reports_per_s_max=4)
    assert [thinning.saw() for _ in range(5)] == [False] * 4 + [True]
    assert (thinning.one_in, thinning.doublings) == (6, 1)
    thinning.hear(3)
    thinning.hear(2)
    thinning.hear(DOUBLINGS_MAX + 1)
    assert thinning.one_in == 24
    for _ in range(29):
        thinning.second_passed()
    assert thinning.one_in == 24
    thinning.second_passed()
    assert thinning.one_in == 12
    for _ in range(1000):
        thinning.second_passed()
    assert thinning.one_in == 3


def test_nobody_chooses_more_than_others_while_much_comes_to_one_of_them() -> None:
    busy, quiet = Thinning(reports_per_s_max=100), Thinning(reports_per_s_max=100)
    assert [quiet.hear(2), busy.hear(2), quiet.hear(2)] == [True, True, False]
    for _ in range(100):
        for _ in range(50):
            busy.saw()
        if busy.second_passed():
            quiet.hear(busy.doublings)
        assert not quiet.second_passed()
        assert busy.doublings == quiet.doublings == 2
    for _ in range(30):
        assert [each.second_passed() for each in (busy, quiet)] == [False, False]
    assert busy.doublings == quiet.doublings == 1


def test_where_more_comes_than_is_held_it_is_thinned_at_once() -> None:
    thinning = Thinning(3, reports_per_s_max=250)
    assert not thinning.overran(500, in_s=2.0)
    assert thinning.overran(1_500, in_s=0.05)
    assert thinning.one_in == 3 * 8
    assert thinning.overran(7_500, in_s=2.0)
    assert thinning.one_in == 3 * 128
    assert thinning.overran(10**9, in_s=1.0)
    assert thinning.doublings == DOUBLINGS_MAX
    assert not thinning.overran(10**9, in_s=1.0)


def test_places_are_read_from_paths() -> None:
    asset = "/media/a1/r1"
    assert place_of(f"{asset}/128k/00012.m4s") == Place("a1", "128k", 12)
    assert place_of(f"/t/-{asset}/128k/00012.aac") == Place("a1", "128k", 12)
    assert place_of("/growing/a1/r1/128k/init.mp4") == Place("a1", "128k", None, is_init=True)
    assert place_of(f"{asset}/128k/playlist.m3u8") == Place("a1", "128k", None)
    assert place_of(f"{asset}/multivariant.m3u8") == Place("a1", None, None)
    assert place_of("/t/a.b.c/p1.m3u8") == ENTRY
    assert place_of(f"{asset}/waveform.json") is None
    assert place_of("/v1/assets") is None
    assert place_of("/p1.json") is None


def test_buckets_are_named_by_their_bounds() -> None:
    assert bucket_of(Histogram.STARTUP_S, 0) == "0.1"
    assert bucket_of(Histogram.STARTUP_S, 0.1) == "0.1"
    assert bucket_of(Histogram.STARTUP_S, 61) == REST
    assert bucket_of(Histogram.REBUFFER_RATIO, 0) == "0"
    assert bucket_of(Histogram.THROUGHPUT_BPS, 500e6) == "512000000"
    for names in NAMES.values():
        assert sorted(names, key=order_of) == list(names)


def test_what_was_noticed_adds_up_by_what_it_is() -> None:
    noticed = Noticed(True, 0.3, 1, 2.5, "128k", 6.0, 900_000.0)
    assert of_noticed(noticed, 8) == {
        (Sum.SESSIONS, ""): 1,
        (Sum.SESSIONS_ESTIMATED, ""): 8,
        (Histogram.STARTUP_S, "0.35"): 1,
        (Sum.STARVATIONS, ""): 1,
        (Sum.STARVED_S, ""): 2.5,
        (Sum.MEDIA_S, ""): 6.0,
        (figures.RUNG, "128k"): 6.0,
        (Histogram.THROUGHPUT_BPS, "1000000"): 1,
    }
    assert of_noticed(Noticed(), 8) == {}
