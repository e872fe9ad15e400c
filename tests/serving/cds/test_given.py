"""A card's id is one that only we can make, for one service."""

from uuid import UUID

from serving.cds.given import is_card, new_card, suggestion_of

KEY, SERVICE = "k" * 32, "framsynt-patient-view"


def test_ids_are_uuids_and_differ() -> None:
    cards = [new_card(KEY, SERVICE, now=1_790_000_000) for _ in range(200)]
    assert len(set(cards)) == 200
    for card in cards:
        for said in (card, suggestion_of(KEY, card)):
            assert str(UUID(said)) == said
            assert (UUID(said).version, UUID(said).variant) == (8, UUID(card).variant)
        assert is_card(KEY, SERVICE, card)


def test_no_id_of_another_key_or_service_and_none_that_was_changed() -> None:
    card = new_card(KEY, SERVICE)
    assert not is_card("x" * 32, SERVICE, card)
    assert not is_card(KEY, "framsynt-encounter-discharge", card)
    assert not is_card(KEY, SERVICE, suggestion_of(KEY, card))
    for at, sign in enumerate(card):
        if sign != "-":
            other = card[:at] + ("0" if sign != "0" else "1") + card[at + 1 :]
            assert not is_card(KEY, SERVICE, other)


def test_suggestions_are_of_their_card() -> None:
    one, other = new_card(KEY, SERVICE), new_card(KEY, SERVICE)
    assert suggestion_of(KEY, one) == suggestion_of(KEY, one) != suggestion_of(KEY, other)
