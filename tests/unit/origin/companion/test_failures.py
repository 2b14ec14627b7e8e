"""Each code that packaging can fail with is explained, with what to do."""

from collections.abc import Iterator

from origin.companion.assets.failures import EXPLANATIONS, UNKNOWN, explain
from packager.errors import PackagingError
from packager.queue import assets, policy


def codes(kind: type[PackagingError]) -> Iterator[str]:
    yield kind.code
    for below in kind.__subclasses__():
        yield from codes(below)


def test_no_code_is_without_an_explanation() -> None:
    known = {*codes(PackagingError), policy.WORKER_DIED, policy.UNEXPECTED}
    assert known <= EXPLANATIONS.keys()
    assert assets.DELETED not in EXPLANATIONS, "nobody asks for what was deleted"


def test_each_says_what_happened_and_what_to_do_in_sentences() -> None:
    for explanation in EXPLANATIONS.values():
        for said in (explanation.sentence, explanation.remedy):
            assert said[0].isupper()
            assert said.endswith(".")


def test_a_code_of_a_newer_packager_is_a_failure_too() -> None:
    assert explain("of tomorrow") is explain(None) is EXPLANATIONS[UNKNOWN]


def test_what_another_attempt_cannot_mend_is_not_offered_for_one() -> None:
    for kind in policy._AT_FAULT_THEMSELVES:  # noqa: SLF001 the one place that says which
        assert not explain(kind.code).can_retry
