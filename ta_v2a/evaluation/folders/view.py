"""What a metric sees: columns of clips, of which it asks arrays by name."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.evaluation.folders.measured import MeasuredInput, Store
from ta_v2a.evaluation.networks.extractors import Extractor
from ta_v2a.evaluation.stage.truth import Truth

Value = TypeVar("Value")
MODALITY_OF_COLUMN = {
    "sound": "sound",
    "true_sound": "sound",
    "picture": "picture",
    "true_picture": "picture",
    "text": "text",
}


@dataclass(frozen=True)
class View:
    """Clips in rows, what is judged and what it is judged by in columns.

    Args:
        store: where the arrays are.
        extractors: by (key, modality).
        columns: sources by column, all of one length.
        truths: the stage's own truth of every clip, or empty.
    """

    store: Store
    extractors: Mapping[tuple[str, str], Extractor]
    columns: Mapping[str, list[MeasuredInput]]
    truths: tuple[Truth, ...] = ()
    _known: dict = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def n(self) -> int:
        return len(next(iter(self.columns.values())))

    def extractor(self, column: str, key: str) -> Extractor:
        return self.extractors[key, MODALITY_OF_COLUMN[column]]

    def has(self, column: str, key: str) -> bool:
        """Whether a column is there and `key` could read it."""
        known = column in self.columns and (key, MODALITY_OF_COLUMN[column]) in self.extractors
        return known and not (
            self.extractor(column, key).by_file and any(source.altered for source in self.columns[column])
        )

    def get(self, column: str, key: str, name: str, row: int) -> np.ndarray:
        """One array of one clip, read from the store.

        Raises:
            UserError: if the extractor gave none of that name for this clip.
        """
        extractor = self.extractor(column, key)
        found = self.store.load(self.columns[column][row], extractor, name)
        if found is None:
            raise UserError(
                f"{self.columns[column][row].name}: {extractor.key} gives no {name}, as it does for other "
                f"clips"
            )
        return found

    def offers(self, column: str, key: str, name: str) -> bool:
        """Whether the extractor gives an array of that name (asked of the first clip)."""
        return (
            self.has(column, key)
            and self.store.load(self.columns[column][0], self.extractor(column, key), name) is not None
        )

    def each(self, column: str, key: str, name: str) -> Iterator[np.ndarray]:
        """That array of every clip in turn; one at a time is held."""
        return (self.get(column, key, name, row) for row in range(self.n))

    def stack(self, column: str, key: str, name: str) -> np.ndarray:
        """(clips, ...) of arrays of one shape; kept, since several metrics ask for the same.

        Raises:
            UserError: if their shapes differ (features of a user's own may).
        """

        def stacked(view: "View") -> np.ndarray:
            arrays = list(view.each(column, key, name))
            if len({array.shape for array in arrays}) > 1:
                raise UserError(f"{key}: {name} is not of one shape for all clips")
            return np.stack(arrays)

        return self.once(("stack", column, key, name), stacked)

    def rows_of(self, column: str, key: str, name: str) -> list[np.ndarray]:
        """That array of every clip, of any length; kept likewise, so for small arrays."""
        return self.once(("rows", column, key, name), lambda view: list(view.each(column, key, name)))

    def once(self, name: Hashable, function: "Callable[[View], Value]") -> Value:
        """`function` of this view, computed when first asked for: reading a thousand clips again for
        every metric takes minutes."""
        if name not in self._known:
            self._known[name] = function(self)
        return self._known[name]

    def rows(self, chosen: np.ndarray | Sequence[int]) -> "View":
        """The same columns of some clips."""
        columns = {name: [column[int(i)] for i in chosen] for name, column in self.columns.items()}
        truths = tuple(self.truths[int(i)] for i in chosen) if self.truths else ()
        return replace(self, columns=columns, truths=truths, _known={})

    def with_columns(self, **columns: list[MeasuredInput]) -> "View":
        """Other sources in some columns."""
        return replace(self, columns={**self.columns, **columns}, _known={})
