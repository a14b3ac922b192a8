"""What the product says about messages, in people's words: for pages, API and notices alike.

Every function answers in the language that is active when it is called.
"""

from messages_app.wording.answers import answer_in_words
from messages_app.wording.findings import finding_advice, finding_sentence
from messages_app.wording.letters import Letter, coverage_sentence, letter_for
from messages_app.wording.moments import day_and_time, place_of, short_time
from messages_app.wording.names import about_name, reason_name, rule_name, size_name, state_name, topic_name
from messages_app.wording.quoting import quoted

__all__ = [
    "Letter",
    "about_name",
    "answer_in_words",
    "coverage_sentence",
    "day_and_time",
    "finding_advice",
    "finding_sentence",
    "letter_for",
    "place_of",
    "quoted",
    "reason_name",
    "rule_name",
    "short_time",
    "size_name",
    "state_name",
    "topic_name",
]
