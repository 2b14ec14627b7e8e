"""Nothing is lost, nothing is there twice, and no request has more than a CDN takes."""

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from cdn.purge import limits
from cdn.purge.batch import Batch, batches
from cdn.purge.limits import Limits
from cdn.purge.target import By, Target

ALL = (
    limits.CLOUDFRONT_BY_TAG, limits.CLOUDFRONT_BY_PATH, limits.FASTLY, limits.VARNISH,
    limits.NGINX, *limits.CLOUDFLARE.values(),
)  # fmt: skip
FORMS = {By.TAG: "t{}", By.PREFIX: "/p{}/", By.PATH: "/{}"}
targets = st.builds(
    lambda by, number, soft: Target(by, FORMS[by].format(number), soft),
    st.sampled_from(By),
    st.integers(0, 400),
    st.booleans(),
)


@given(st.lists(targets, max_size=600), st.sampled_from(ALL))
def test_each_target_is_in_one_request_and_none_is_too_large(
    some: list[Target], its: Limits
) -> None:
    made = batches(some, its)
    values = Counter((batch.by, value) for batch in made for value in batch.values)
    assert set(values) == {(each.by, each.value) for each in some if each.by in its.at_once}
    assert all(count == 1 for count in values.values())
    assert all(1 <= len(batch.values) <= its.at_once[batch.by] for batch in made)


@given(st.lists(targets, max_size=600), st.sampled_from(ALL))
@example([Target(By.TAG, "t1"), Target(By.TAG, "t1", soft=True)], limits.FASTLY)
@example([Target(By.TAG, "t1", soft=True), Target(By.TAG, "t1")], limits.FASTLY)
def test_what_is_to_be_gone_is_nowhere_soft(some: list[Target], its: Limits) -> None:
    hard = {(each.by, each.value) for each in some if not each.soft}
    for batch in batches(some, its):
        for value in batch.values:
            assert batch.soft is ((batch.by, value) not in hard and batch.by in its.soft)


@given(st.lists(targets, max_size=600), st.sampled_from(ALL))
def test_there_are_no_more_requests_than_need_be(some: list[Target], its: Limits) -> None:
    made = batches(some, its)
    for by in By:
        for soft in (True, False):
            sizes = [len(each.values) for each in made if (each.by, each.soft) == (by, soft)]
            assert all(size == its.at_once[by] for size in sizes[:-1])


@given(st.integers(2, 600))
def test_halves_are_the_whole(size: int) -> None:
    batch = Batch(By.TAG, soft=True, values=tuple(map(str, range(size))))
    first, second = batch.halves()
    assert first.values + second.values == batch.values
    assert first.values
    assert second.values
