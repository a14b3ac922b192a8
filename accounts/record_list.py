"""Lists of records that a million rows do not slow: read by key, newest first, from the row on where the page
before ended; nothing is counted or sorted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.contrib.admin.filters import ChoicesFieldListFilter
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BinaryField, ForeignKey, Model, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest

PAGE = 50
LOOK_THROUGH = 10_000  # rows that a filter looks through for a page: what it asks for may have no index

Row = TypeVar("Row", bound=Model)


class RecordList(ChangeList):
    """One page of records."""

    older: str = ""  # the key below which the next page begins; empty: this is the last
    is_partial: bool = False  # the filters may find more below `older` although the page is not full

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        """By key alone: it rises with time, and every table can be read by it."""
        return ["-pk"]

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the filters of the page ask. Nothing else that stands in the address is a condition: it could
        be put to any column, addresses among them, and its answers told apart (MOD-6)."""
        names = [one[0] if isinstance(one, tuple) else one for one in self.list_filter]
        asked = super().get_filters_params(params)
        return {name: said for name, said in asked.items() if name.partition("__")[0] in names}

    def get_filters(self, request: HttpRequest) -> tuple[list[Any], bool, dict[str, Any], bool, bool]:
        """Those of the page, and nothing that they leave."""
        filters, has_filters, _left, _double, are_active = super().get_filters(request)
        return filters, has_filters, {}, False, are_active

    def apply_select_related(self, qs: QuerySet[Any]) -> QuerySet[Any]:
        """With the rows that the columns name."""
        related = [str(name) for name in self.list_display if _is_relation(self.model, str(name))]
        return without_sealed(qs.select_related(*related), *related) if related else qs

    def get_results(self, request: HttpRequest) -> None:
        """At most 50 rows; a filter without a search looks through 10,000 rows for them. Two statements."""
        begin = _key(_opts(self.model), request.GET.get(PAGE_VAR, ""))
        end = self._end(begin) if self.has_active_filters and not self.query else None
        rows = self.queryset if begin is None else self.queryset.filter(pk__lt=begin)
        found = self._found(rows if end is None else rows.filter(pk__gte=end))
        self.result_list = found[:PAGE]
        if len(found) > PAGE:
            self.older = str(found[PAGE - 1].pk)
        elif end is not None:
            self.older, self.is_partial = str(end), True
        self.result_count, self.full_result_count = len(self.result_list), None
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.multi_page = False

    def _found(self, rows: QuerySet[Any]) -> list[Any]:
        """The first 51 of them. Of a search their keys are sorted before the rows are read: those of a name
        may be very many, and their keys stand in an index."""
        if not self.query:
            return list(rows[: PAGE + 1])
        keys = list(rows.values_list("pk", flat=True)[: PAGE + 1])
        return list(self.queryset.filter(pk__in=keys)) if keys else []

    def _end(self, begin: Any) -> Any:
        """The key of the last row that this page looks at; None: all that is left is less."""
        keys = self.root_queryset.order_by("-pk").values_list("pk", flat=True)
        if begin is not None:
            keys = keys.filter(pk__lt=begin)
        return next(iter(keys[LOOK_THROUGH - 1 : LOOK_THROUGH]), None)

    @property
    def next_page(self) -> str:
        """The address of the next page."""
        return self.get_query_string({PAGE_VAR: self.older})


def fixed_values(values: Iterable[str]) -> type[ChoicesFieldListFilter]:
    """A filter for a column without choices of its own: these codes, which no statement has to gather."""
    codes = tuple(dict.fromkeys(values))

    class FixedValues(ChoicesFieldListFilter):
        def choices(self, changelist: ChangeList) -> Iterator[Any]:
            yield from super().choices(changelist)  # "All"; the column has no others of its own
            for code in codes:
                yield {
                    "selected": code in (self.lookup_val or ()),
                    "query_string": changelist.get_query_string({self.lookup_kwarg: code}),
                    "display": code,
                }

    return FixedValues


def _key(opts: Any, text: str) -> Any:
    """What the address says as a key of that table; None for nonsense."""
    try:
        return opts.pk.to_python(text) if text else None
    except ValidationError:
        return None


def without_sealed(rows: QuerySet[Row], *related: str) -> QuerySet[Row]:
    """The rows, and those that these columns lead to, without what is sealed: nobody reads it there."""
    columns = _sealed(rows.model)
    for name in related:
        columns += [
            f"{name}__{column}" for column in _sealed(_opts(rows.model).get_field(name).related_model)
        ]
    return rows.defer(*columns)


def _is_relation(model: type[Model], name: str) -> bool:
    try:
        return isinstance(_opts(model).get_field(name), ForeignKey)
    except FieldDoesNotExist:
        return False


def _sealed(model: Any) -> list[str]:
    return [field.name for field in _opts(model).concrete_fields if isinstance(field, BinaryField)]


def _opts(model: Any) -> Any:
    return model._meta  # noqa: SLF001 - what Django documents under this name
