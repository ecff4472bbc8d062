"""Provinces, regions and names of the simulated cities, numbered so that nobody takes them for real."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EAST, CENTRAL, WEST = 1, 2, 3
REGIONS = {EAST: "East", CENTRAL: "Central", WEST: "West"}

# Province, region, prefecture-level cities: 281 in all. A municipality is a province of one city.
PROVINCES = (
    ("北京", EAST, 1), ("天津", EAST, 1), ("河北", EAST, 11), ("山西", CENTRAL, 11),
    ("内蒙古", WEST, 9), ("辽宁", EAST, 14), ("吉林", CENTRAL, 8), ("黑龙江", CENTRAL, 12),
    ("上海", EAST, 1), ("江苏", EAST, 13), ("浙江", EAST, 11), ("安徽", CENTRAL, 16),
    ("福建", EAST, 9), ("江西", CENTRAL, 11), ("山东", EAST, 16), ("河南", CENTRAL, 17),
    ("湖北", CENTRAL, 12), ("湖南", CENTRAL, 13), ("广东", EAST, 21), ("广西", WEST, 14),
    ("海南", EAST, 2), ("重庆", WEST, 1), ("四川", WEST, 18), ("贵州", WEST, 6),
    ("云南", WEST, 8), ("陕西", WEST, 10), ("甘肃", WEST, 9), ("宁夏", WEST, 4),
    ("新疆", WEST, 2),
)  # fmt: skip
MUNICIPALITIES = frozenset({"北京", "天津", "上海", "重庆"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the cities lie; every array is (cities,)."""

    name: tuple[str, ...]
    province: NDArray[np.int64]  # 1-based place in PROVINCES
    region: NDArray[np.int64]
    municipality: NDArray[np.int64]


def places(cities: int) -> Places:
    """Spread the cities over the provinces in proportion to the real numbers of prefecture-level cities."""
    seats = [number for number, (_, _, size) in enumerate(PROVINCES, start=1) for _ in range(size)]
    province = [seats[i * len(seats) // cities] for i in range(cities)]
    counted: dict[int, int] = {}
    names = []
    for number in province:
        counted[number] = counted.get(number, 0) + 1
        stem = PROVINCES[number - 1][0]
        alone = stem in MUNICIPALITIES and counted[number] == 1
        names.append(stem if alone else f"{stem}{counted[number]:02d}")
    return Places(
        name=tuple(names),
        province=np.array(province),
        region=np.array([PROVINCES[number - 1][1] for number in province]),
        municipality=np.array([int(PROVINCES[number - 1][0] in MUNICIPALITIES) for number in province]),
    )
