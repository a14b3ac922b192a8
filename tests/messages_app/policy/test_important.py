import pytest

from messages_app.policy.important import has_important_tag


@pytest.mark.rule("RSN-6")
@pytest.mark.parametrize(
    "subject",
    [
        "[important] order 171-1234567-7654321",
        "[Important] commande",
        "ordine 171-1234567-7654321 [IMPORTANTE]",
        "[Ważne] zamówienie",
        "[WAŻNE]",
        "[waz\u0307ne]",
        "[wazne]",
        "Re: [Wichtig] Bestellung",
        "[ Importante ] pedido",
        "\uff3bimportant\uff3d",
    ],
)
def test_the_tag_counts_in_every_language_and_letter_case(subject: str) -> None:
    assert has_important_tag(subject)


@pytest.mark.rule("RSN-6")
@pytest.mark.parametrize(
    "subject", ["important: order", "(important)", "[unimportant]", "[important", "[urgent]", "", "[]"]
)
def test_nothing_else_is_the_tag(subject: str) -> None:
    assert not has_important_tag(subject)
