"""Garments that the project draws itself: the ten kinds of FashionMNIST, cut from patterns and no two alike.

A pattern is a list of filled parts and of seams on them, in free units with y downwards. Each kind has one function
that cuts a pattern with random proportions; one renderer fits it into the square, fills it and shades it. The kinds
and the form, light on black, are those of Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for
Benchmarking Machine Learning Algorithms", 2017; no picture of it is used.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from core.data.fashion_mnist import KINDS

SIDE = 256
FINER = 2  # parts are filled on a grid so many times finer than the picture's
MARGIN = 0.07  # free share of the side around a garment
SHIFT = 4  # binary places of OpenCV's coordinates

Points = np.ndarray
Rng = np.random.Generator


class Part(NamedTuple):
    """A filled area: its closed outline, (P, 2), and its tone, 1 for plain cloth, 0 for a hole."""

    outline: Points
    tone: float = 1.0


class Seam(NamedTuple):
    """A line on the cloth: its path, (P, 2), its width in the pattern's units, and how much it darkens."""

    path: Points
    width: float
    depth: float


class Pattern(NamedTuple):
    """What a garment is cut from: parts, later ones on top, and the seams on them."""

    parts: list[Part]
    seams: list[Seam]


def garment(kind: str, seed: int) -> np.ndarray:
    """One garment, (256, 256) uint8, light on black as FashionMNIST stores its own; the same for the same seed.

    Args:
        kind: one of `KINDS`.
        seed: any integer ≥ 0: proportions, lean, sleeves, heel, folds and shade follow from it.

    Raises:
        ValueError: for an unknown kind or a seed that is none.

    Example:
        >>> picture = garment("sneaker", seed=7)
        >>> picture.shape, picture.dtype, int(picture[0, 0])
        ((256, 256), dtype('uint8'), 0)
        >>> garment("hat", seed=0)
        Traceback (most recent call last):
        ValueError: expected a garment out of T-shirt, trouser, pullover, dress, ..., ankle boot, got 'hat'
    """
    if kind not in PATTERNS:
        raise ValueError(f"expected a garment out of {', '.join(KINDS)}, got {str(kind)[:20]!r}")
    if type(seed) is not int or seed < 0:
        raise ValueError(f"expected a seed of 0 or more, got {str(seed)[:20]}")
    rng = np.random.default_rng([KINDS.index(kind), seed])
    return _rendered(_leaning(PATTERNS[kind](rng), rng), rng)


def wardrobe(per_kind: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A set of garments, as many of each kind, kinds in turn.

    Args:
        per_kind: how many of each of the ten kinds.
        seed: the first garment's seed; the next ones follow on.

    Returns:
        Pictures (10 · per_kind, 256, 256) uint8, and their kinds (10 · per_kind,) int64, positions in `KINDS`.

    Example:
        >>> pictures, kinds = wardrobe(1, seed=3)
        >>> pictures.shape, [KINDS[kind] for kind in kinds[:2]]
        ((10, 256, 256), ['T-shirt', 'trouser'])
    """
    if per_kind < 1:
        raise ValueError(f"expected at least 1 garment of each kind, got {per_kind}")
    pictures = [garment(kind, seed + turn) for turn in range(per_kind) for kind in KINDS]
    return np.stack(pictures), np.tile(np.arange(len(KINDS)), per_kind)


# Curves


def _curve(*points: tuple[float, float], closed: bool = True) -> Points:
    """Points → a smooth line by Chaikin's corner cutting; a point given twice stays a corner."""
    line = np.array(points, np.float64)
    for _ in range(4):
        ahead = np.roll(line, -1, axis=0) if closed else line[1:]
        here = line if closed else line[:-1]
        cut = np.stack([0.75 * here + 0.25 * ahead, 0.25 * here + 0.75 * ahead], axis=1).reshape(-1, 2)
        line = cut if closed else np.concatenate([line[:1], cut, line[-1:]])
    return line


def _line(*points: tuple[float, float]) -> Points:
    return _curve(*points, closed=False)


def _corners(*points: tuple[float, float]) -> Points:
    """A polygon with straight sides."""
    return _curve(*(point for point in points for _ in range(2)))


def _disc(x: float, y: float, radius: float) -> Points:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)


def _band(path: Points, width: float) -> Points:
    """The closed outline of a strap of that width along an open path."""
    along = np.gradient(path, axis=0)
    across = along[:, ::-1] * (-0.5, 0.5) * width / np.linalg.norm(along, axis=1, keepdims=True).clip(1e-9)
    return np.concatenate([path + across, (path - across)[::-1]])


def _symmetric(*right: tuple[float, float]) -> Points:
    """The closed outline of a garment from its right half, from the middle of the top to the middle of the hem."""
    return _curve(*right, *((-x, y) for x, y in reversed(right)))


def _both(path: Points) -> list[Points]:
    """A path and its mirror image."""
    return [path, path * (-1, 1)]


# Tops: units of about a body's height from shoulder to hip


class Cut(NamedTuple):
    """The right half of a top: corners of the outline that its seams refer to."""

    neck: tuple[float, float]
    neck_depth: float
    shoulder: tuple[float, float]
    cuff_out: tuple[float, float]
    cuff_in: tuple[float, float]
    armpit: tuple[float, float]
    waist: tuple[float, float]
    hem: tuple[float, float]
    dip: float = 0.0

    def outline(self) -> Points:
        """The whole outline; the hem's middle lies `dip` below its corners."""
        top = [(0, self.neck_depth), (0.6 * self.neck[0], 0.85 * self.neck_depth), self.neck, self.neck]
        sleeve = [self.shoulder, self.cuff_out, self.cuff_out, self.cuff_in, self.cuff_in]
        middle = (0.5 * self.hem[0], self.hem[1] + self.dip)
        body = [self.armpit, self.armpit, self.waist, self.hem, self.hem, middle, (0, self.hem[1] + self.dip)]
        return _symmetric(*top, *sleeve, *body)

    def sleeve_line(self, share: float) -> Points:
        """The line across the sleeve at a share of its length from the cuff."""
        start = np.array([self.cuff_out, self.cuff_in], np.float64)
        end = np.array([self.shoulder, self.armpit], np.float64)
        return start + share * (end - start)

    def seams(self) -> list[Seam]:
        """Armholes, and the line of the collar."""
        armhole = _line(self.shoulder, (0.88 * self.shoulder[0], 0.55 * self.armpit[1]), self.armpit)
        collar = _line((-self.neck[0], 0.05), (0, 2 * self.neck_depth + 0.05), (self.neck[0], 0.05))
        return [*(Seam(path, 0.014, 0.22) for path in _both(armhole)), Seam(collar, 0.02, 0.2)]


def _cut(rng: Rng, *, sleeve: float, fall: float, cuff: float, length: float, **body: float) -> Cut:
    """A top whose sleeves have a length, fall by an angle (degrees below the horizontal) and end in a cuff."""
    shoulder = (rng.uniform(0.46, 0.54), rng.uniform(0.07, 0.13))
    angle = np.radians(fall)
    along, inward = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    out = np.array(shoulder) + sleeve * along
    chest, hem = body.get("chest", rng.uniform(0.42, 0.48)), body.get("hem", rng.uniform(0.43, 0.5))
    return Cut(
        neck=(rng.uniform(0.17, 0.23), 0.0),
        neck_depth=body.get("neck_depth", rng.uniform(0.05, 0.16)),
        shoulder=shoulder,
        cuff_out=tuple(out),
        cuff_in=tuple(out + cuff * inward),
        armpit=(chest, shoulder[1] + rng.uniform(0.36, 0.42)),
        waist=(body.get("waist", chest * rng.uniform(0.9, 1.0)), 0.62 * length),
        hem=(hem, length),
        dip=body.get("dip", 0.0),
    )


def _t_shirt(rng: Rng) -> Pattern:
    sleeve = {"sleeve": rng.uniform(0.3, 0.52), "fall": rng.uniform(36, 58), "cuff": rng.uniform(0.27, 0.33)}
    cut = _cut(rng, length=rng.uniform(1.2, 1.5), **sleeve)
    bottom = cut.hem[1] - 0.05
    hems = [*_both(cut.sleeve_line(0.13)), np.array([(-cut.hem[0], bottom), (cut.hem[0], bottom)])]
    seams = [*cut.seams(), *(Seam(path, 0.014, 0.25) for path in hems)]
    return Pattern([Part(cut.outline()), *_chest_print(rng, cut)], [*seams, *_stripes(rng, cut, chance=0.25)])


def _chest_print(rng: Rng, cut: Cut) -> list[Part]:
    """Sometimes a disc or a panel in another tone on the chest."""
    if rng.random() > 0.4:
        return []
    middle, radius, wide = 0.42 * cut.hem[1], rng.uniform(0.12, 0.2), rng.uniform(0.9, 1.4)
    panel = _corners((-radius, -radius), (radius, -radius), (radius, radius), (-radius, radius))
    shape = _disc(0, 0, radius) if rng.random() < 0.5 else panel
    return [Part(shape * (wide, 1) + np.array([0, middle]), rng.uniform(0.6, 0.8))]


def _stripes(rng: Rng, cut: Cut, chance: float) -> list[Seam]:
    """Sometimes stripes across body and sleeves."""
    if rng.random() > chance:
        return []
    step, depth = rng.uniform(0.13, 0.24), rng.uniform(0.2, 0.4)
    heights = np.arange(0.3, cut.hem[1] - 0.1, step)
    reach = 1.2 * max(cut.cuff_out[0], cut.hem[0])
    return [Seam(np.array([(-reach, y), (reach, y)]), step * 0.42, depth) for y in heights]


def _pullover(rng: Rng) -> Pattern:
    cut = _cut(
        rng,
        sleeve=rng.uniform(1.12, 1.4),
        fall=rng.uniform(68, 79),
        cuff=rng.uniform(0.15, 0.19),
        length=rng.uniform(1.2, 1.45),
        neck_depth=rng.uniform(0.03, 0.08),
        hem=rng.uniform(0.4, 0.48),
    )
    cuffs = [Seam(path, 0.02, 0.3) for path in _both(cut.sleeve_line(0.11))]
    band = cut.hem[1] - 0.11
    rib = Seam(_line((-1.1 * cut.hem[0], band), (1.1 * cut.hem[0], band)), 0.02, 0.3)
    collar = Part(_band(_line((-cut.neck[0], 0), (0, 2.2 * cut.neck_depth), (cut.neck[0], 0)), 0.07), 0.86)
    return Pattern([Part(cut.outline()), collar], [*cut.seams()[:2], *cuffs, rib, *_stripes(rng, cut, chance=0.3)])


def _shirt(rng: Rng) -> Pattern:
    short = {"sleeve": 0.45, "fall": rng.uniform(50, 62), "cuff": 0.28}
    long = {"sleeve": rng.uniform(1.2, 1.4), "fall": rng.uniform(66, 77), "cuff": 0.16}
    sleeve = short if rng.random() < 0.3 else long
    cut = _cut(rng, length=rng.uniform(1.3, 1.5), neck_depth=0.1, dip=rng.uniform(0.06, 0.14), **sleeve)
    collar = _curve((0, 0.13), (0, 0.13), (0.2, 0.21), (0.2, 0.21), (0.22, -0.05), (0.1, -0.06))
    end = cut.hem[1] + cut.dip
    placket = [Seam(np.array([(x, 0.15), (x, end)]), 0.012, 0.3) for x in (-0.035, 0.045)]
    buttons = [Part(_disc(0.005, y, 0.022), 0.45) for y in np.arange(0.27, end - 0.12, 0.2)]
    pocket = Seam(np.array([(0.13, 0.42), (0.13, 0.62), (0.31, 0.62), (0.31, 0.42), (0.13, 0.42)]), 0.014, 0.25)
    cuffs = [Seam(path, 0.016, 0.3) for path in _both(cut.sleeve_line(0.1))]
    parts = [Part(cut.outline()), *(Part(side, 0.82) for side in _both(collar)), *buttons]
    return Pattern(parts, [*cut.seams()[:2], *placket, pocket, *cuffs, *_stripes(rng, cut, chance=0.25)])


def _coat(rng: Rng) -> Pattern:
    sleeve = {"sleeve": rng.uniform(1.25, 1.45), "fall": rng.uniform(70, 79), "cuff": rng.uniform(0.19, 0.24)}
    body = {"chest": rng.uniform(0.46, 0.5), "waist": rng.uniform(0.42, 0.48), "hem": rng.uniform(0.52, 0.66)}
    cut = _cut(rng, length=rng.uniform(1.75, 2.2), neck_depth=0.12, **sleeve, **body)
    lapel = [
        (0.02, 0.72),
        (0.02, 0.72),
        (0.3, 0.34),
        (0.3, 0.34),
        (0.24, 0.2),
        (0.24, -0.06),
        (0.24, -0.06),
        (0.1, -0.02),
    ]
    opening = Seam(np.array([(0.02, 0.6), (0.03, cut.hem[1])]), 0.02, 0.45)
    pockets = [Seam(path, 0.02, 0.3) for path in _both(np.array([(0.17, 1.12), (0.36, 1.06)]))]
    buttons = [Part(_disc(x, y, 0.03), 0.5) for y in np.arange(0.82, 1.35, 0.22) for x in (-0.1, 0.14)]
    belt = [Part(_band(np.array([(-0.47, 0.98), (0.47, 0.98)]), 0.1), 0.8)] if rng.random() < 0.4 else []
    cuffs = [Seam(path, 0.016, 0.3) for path in _both(cut.sleeve_line(0.12))]
    parts = [Part(cut.outline()), *(Part(side, 0.84) for side in _both(_curve(*lapel))), *belt, *buttons]
    return Pattern(parts, [*cut.seams()[:2], opening, *pockets, *cuffs])


def _dress(rng: Rng) -> Pattern:
    length, flare, waist = rng.uniform(1.9, 2.4), rng.uniform(0.36, 0.85), rng.uniform(0.24, 0.3)
    neck, depth = rng.uniform(0.14, 0.22), rng.uniform(0.12, 0.34)
    top = [(0, depth), (0.5 * neck, depth), (neck, 0), (neck, 0), *_dress_arm(rng)]
    bodice = [(0.34, 0.48), (0.34, 0.48), (waist + 0.02, 0.75), (waist, 0.88)]
    skirt = [(waist + 0.1, 1.05), (0.55 * waist + 0.45 * flare + 0.06, 1.35), (flare, length), (flare, length)]
    outline = _symmetric(*top, *bodice, *skirt, (0.5 * flare, length + 0.05), (0, length + 0.06))
    pleats = [
        Seam(_line((x * waist, 0.92), (x * (0.7 * flare + 0.3 * waist), 1.4), (x * flare, length)), 0.03, 0.16)
        for x in np.linspace(-0.7, 0.7, rng.integers(3, 7))
    ]
    belt = _band(_line((-waist - 0.02, 0.88), (0, 0.91), (waist + 0.02, 0.88)), rng.uniform(0.05, 0.11))
    return Pattern([Part(outline), Part(belt, 0.72)], pleats)


def _dress_arm(rng: Rng) -> list[tuple[float, float]]:
    """From a dress's shoulder to its armpit: a bare arm, a cap sleeve or a half one."""
    shoulder, sleeve = rng.uniform(0.3, 0.38), rng.choice([0.0, 0.22, 0.8])
    if not sleeve:
        return [(shoulder, 0.06), (shoulder, 0.06), (shoulder - 0.05, 0.3)]
    x, y = shoulder + 0.4 * sleeve + 0.06, 0.1 + 1.05 * sleeve
    return [(shoulder, 0.07), (x, y), (x, y), (x - 0.2, y + 0.06), (x - 0.2, y + 0.06)]


def _trouser(rng: Rng) -> Pattern:
    waist, hip, length = rng.uniform(0.36, 0.42), rng.uniform(0.46, 0.52), rng.uniform(2.0, 2.5)
    inner, hem, crotch = rng.uniform(0.04, 0.2), rng.uniform(0.2, 0.42), rng.uniform(0.66, 0.78)
    outer = inner + hem
    knee = (0.55 * hip + 0.45 * hem + 0.5 * inner, 0.55 * (crotch + length))
    leg = [(outer, length), (outer, length), (inner, length), (inner, length)]
    inseam = [(0.6 * inner + 0.02, 0.5 * (crotch + length)), (0, crotch), (0, crotch)]
    outline = _symmetric((0, 0), (waist, 0), (waist, 0), (hip, 0.35), (0.99 * hip, crotch), knee, *leg, *inseam)
    band = Seam(np.array([(-0.5, 0.13), (0.5, 0.13)]), 0.02, 0.3)
    fly = Seam(_line((0, 0.13), (0.01, 0.5), (0, crotch)), 0.02, 0.35)
    pockets = [Seam(path, 0.018, 0.3) for path in _both(_line((0.2, 0.14), (0.26, 0.3), (hip, 0.36)))]
    creases = _both(_line((0.24, 0.4), (0.5 * (inner + outer) + 0.02, 1.3), (0.5 * (inner + outer), length)))
    return Pattern([Part(outline)], [band, fly, *pockets, *(Seam(path, 0.03, -0.14) for path in creases)])


# Shoes, seen from the side, toes to the left: x from 0 at the tip to 2 at the heel, y from 0 on the ground, upwards < 0


def _sneaker(rng: Rng) -> Pattern:
    sole, toe, collar = rng.uniform(0.12, 0.2), rng.uniform(0.22, 0.32), rng.uniform(0.62, 0.95)
    tongue, heel, throat = collar + rng.uniform(0.02, 0.14), collar + rng.uniform(-0.04, 0.08), rng.uniform(1.12, 1.28)
    box = [(0.03, -sole), (0, -sole - 0.5 * toe), (0.1, -sole - toe), (0.45, -sole - toe - 0.06), (0.8, -0.72 * tongue)]
    opening = [(throat, -tongue), (throat, -tongue), (throat + 0.15, -collar + 0.08), (1.6, -collar + 0.1)]
    back = [(1.84, -heel), (1.96, -heel), (1.94, -0.5 * heel), (2.02, -sole), (2.02, -sole)]
    tread = [(2.06, 0), (1.9, 0), (0.5, 0), (0.12, -0.02), (0, -0.08)]
    parts = [
        Part(_curve(*box, *opening, *back), rng.uniform(0.78, 0.92)),
        Part(_curve((0.02, -sole), (0.02, -sole), (2.04, -sole), (2.04, -sole), *tread)),
    ]
    cap = Seam(_line((0.42, -sole - toe - 0.06), (0.5, -sole - 0.12), (0.36, -sole)), 0.025, 0.28)
    counter = Seam(_line((1.62, -collar + 0.1), (1.58, -0.5 * collar), (1.72, -sole)), 0.025, 0.28)
    joint = Seam(np.array([(0, -sole), (2.05, -sole)]), 0.025, 0.4)
    return Pattern(parts, [*_laces(tongue, throat), *_side_stripes(rng, sole, collar), cap, counter, joint])


def _laces(tongue: float, throat: float) -> list[Seam]:
    """Four light laces up the front of a sneaker."""
    starts = [(x, -0.62 * tongue - 0.56 * (x - 0.66)) for x in np.linspace(0.66, throat - 0.1, 4)]
    ends = [(x + 0.17, -0.36 * tongue - 0.3 * (x - 0.66)) for x, _ in starts]
    return [Seam(np.array(lace), 0.035, -0.3) for lace in zip(starts, ends, strict=True)]


def _side_stripes(rng: Rng, sole: float, collar: float) -> list[Seam]:
    """Up to three slanted stripes on a shoe's flank."""
    depth = rng.choice([-0.3, 0.35])
    starts = 0.98 + 0.17 * np.arange(rng.integers(0, 4))
    return [Seam(np.array([(x + 0.16, -0.72 * collar), (x, -sole - 0.04)]), 0.06, depth) for x in starts]


def _heel(rng: Rng, height: float, back: float) -> list[Part]:
    """A block or a slim heel under a raised sole: from y = −height down to the ground."""
    block, slim = (rng.uniform(0.4, 0.5), rng.uniform(0.3, 0.42)), (0.34, rng.uniform(0.08, 0.16))
    top, foot = block if rng.random() < 0.5 else slim
    end = back - rng.uniform(0.0, 0.1)
    return [Part(_corners((back - top, -height), (back, -height - 0.05), (end, 0), (end - foot, 0)), 0.8)]


def _ankle_boot(rng: Rng) -> Pattern:
    heel, shaft, toe = rng.uniform(0.12, 0.6), rng.uniform(1.25, 1.75), rng.uniform(0.26, 0.34)
    front, lean, rise = rng.uniform(0.95, 1.1), rng.uniform(-0.04, 0.08), rng.uniform(-0.06, 0.08)
    box = [(0.03, -0.08), (0, -0.1 - 0.6 * toe), (0.16, -0.12 - toe), (0.5, -0.2 - toe - 0.25 * heel)]
    instep = [(front - 0.12, -0.62 - 0.6 * heel), (front + lean, -shaft), (front + lean, -shaft)]
    back = [(1.85 + lean, -shaft - rise), (1.85 + lean, -shaft), (1.8, -0.75 - 0.5 * heel), (1.96, -heel - 0.28)]
    under = [(1.92, -heel), (1.92, -heel), (1.4, -0.9 * heel), (0.85, -0.08), (0.5, -0.07)]
    sole = _band(_line((0.02, -0.05), (0.55, -0.045), (0.85, -0.05), (1.4, -0.9 * heel), (1.94, -heel)), 0.09)
    cap = Seam(_line((0.5, -0.2 - toe - 0.25 * heel), (0.6, -0.3), (0.46, -0.08)), 0.022, 0.25)
    counter = Seam(_line((1.86, -heel), (1.66, -heel - 0.3), (1.7, -heel - 0.62)), 0.022, 0.25)
    panel = Seam(_line((1.45, -shaft), (1.38, -1.1 - 0.3 * heel), (1.5, -0.75 - 0.4 * heel)), 0.16, 0.28)
    laces = _boot_laces((front + 0.06 + lean, -shaft + 0.05), (front - 0.28, -0.55 - 0.45 * heel))
    parts = [*_heel(rng, heel, 1.94), Part(_curve(*box, *instep, *back, *under)), Part(sole, 0.7)]
    return Pattern(parts, [*(laces if rng.random() < 0.5 else [panel]), cap, counter])


def _boot_laces(top: tuple[float, float], low: tuple[float, float]) -> list[Seam]:
    starts = np.linspace(top, low, 6)[:-1] + np.array([0, 0.03])
    return [Seam(np.stack([start, start + np.array([0.24, 0.1])]), 0.035, 0.35) for start in starts]


def _sandal(rng: Rng) -> Pattern:
    return _heeled_sandal(rng) if rng.random() < 0.5 else _flat_sandal(rng)


def _heeled_sandal(rng: Rng) -> Pattern:
    heel, thick, width = rng.uniform(0.5, 0.95), rng.uniform(0.09, 0.13), rng.uniform(0.1, 0.16)
    sole = _line((0, -0.06), (0.3, -0.04), (0.75, -0.05), (1.25, -0.75 * heel), (1.6, -heel), (1.95, -heel - 0.02))
    toes = _line((0.22, -0.05), (0.3, -0.38), (0.62, -0.42), (0.78, -0.12))
    counter = _line((1.92, -heel), (1.98, -heel - 0.4), (1.9, -heel - rng.uniform(0.5, 0.62)))
    ankle = _line((1.92, -heel - 0.5), (1.5, -heel - 0.62), (1.36, -heel - 0.42), (1.94, -heel - 0.42))
    bridge = _line((0.5, -0.36), (0.9, -0.7), (1.4, -heel - 0.5))
    straps = [toes, counter, ankle, *([bridge] if rng.random() < 0.5 else [])]
    base = [*_heel(rng, heel, 1.97), Part(_band(sole, thick), 0.8)]
    return Pattern([*base, *(Part(_band(path, width)) for path in straps)], [])


def _flat_sandal(rng: Rng) -> Pattern:
    front, wedge, width = rng.uniform(0.1, 0.24), rng.uniform(0.14, 0.5), rng.uniform(0.13, 0.2)
    tread = [(1.98, -wedge), (1.98, -wedge), (2, 0), (2, 0), (0.15, 0), (0.02, -0.02)]
    sole = _curve((0, -0.5 * front), (0.1, -front), (0.7, -front), (1.3, -0.5 * (front + wedge)), *tread)
    start, end, high = rng.uniform(0.2, 0.34), rng.uniform(0.8, 1.0), front + rng.uniform(0.3, 0.42)
    ankle = front - wedge - high - rng.uniform(0.1, 0.2)
    toes = _corners((start, -front), (start + 0.12, -high), (end - 0.22, -high - 0.1), (end, -front))
    loop = _line((1.2, -front), (1.26, ankle), (1.4, ankle), (1.8, ankle), (1.96, ankle), (1.93, -wedge))
    bridge = _line((end - 0.22, -high - 0.1), (1.05, 0.5 * (ankle - high)), (1.4, ankle))
    straps = [loop, *([bridge] if rng.random() < 0.6 else [])]
    layers = Seam(_line((0.05, -0.5 * front), (1.0, -0.5 * front), (1.98, -0.55 * wedge)), 0.03, 0.3)
    top = [Part(toes), *(Part(_band(path, width)) for path in straps)]
    return Pattern([*top, Part(sole, 0.85), Part(_disc(1.6, ankle, 0.07), 0.55)], [layers])


def _bag(rng: Rng) -> Pattern:
    wide, high, round_ = rng.uniform(0.85, 1.15), rng.uniform(1.0, 1.5), rng.uniform(0.02, 0.3)
    top = wide * rng.uniform(0.72, 1.0)
    rim = [(0, 0), (top - round_, 0), (top, 0), (top, 0.02), (0.5 * (top + wide), 0.5 * high)]
    base = [(wide, high - round_), (wide, high), (wide, high), (wide - round_, high), (0, high)]
    grip, rise = top * rng.uniform(0.4, 0.85), rng.uniform(0.35, 1.1)
    bow = _line((-grip, 0.1), (-grip, -0.7 * rise), (0, -1.25 * rise), (grip, -0.7 * rise), (grip, 0.1))
    parts = [Part(_band(bow, rng.uniform(0.09, 0.15)), 0.85), Part(_symmetric(*rim, *base))]
    sides = [
        Seam(path, 0.02, 0.25) for path in _both(_line((0.8 * wide, high), (0.72 * top, 0.5 * high), (0.72 * top, 0)))
    ]
    if rng.random() < 0.5:
        flap = _symmetric((0, 0), (top, 0), (top, 0), (0.94 * top, 0.3 * high), (0.3, 0.48 * high), (0, 0.48 * high))
        return Pattern([*parts, Part(flap, 0.84), Part(_disc(0, 0.4 * high, 0.07), 0.5)], sides)
    return Pattern(parts, [*sides, Seam(np.array([(-top, 0.13), (top, 0.13)]), 0.03, 0.3)])


PATTERNS: dict[str, Callable[[Rng], Pattern]] = {
    "T-shirt": _t_shirt,
    "trouser": _trouser,
    "pullover": _pullover,
    "dress": _dress,
    "coat": _coat,
    "sandal": _sandal,
    "shirt": _shirt,
    "sneaker": _sneaker,
    "bag": _bag,
    "ankle boot": _ankle_boot,
}


# The renderer


def _leaning(pattern: Pattern, rng: Rng) -> Pattern:
    """A little sheared, turned and stretched, as nothing is ever laid down quite straight."""
    slant, turn, stretch = rng.normal(0, 0.035), np.radians(rng.normal(0, 1.5)), np.exp(rng.normal(0, 0.05))
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    bent = np.array([[stretch, 0], [slant, 1 / stretch]]) @ rotation
    return Pattern(
        [part._replace(outline=part.outline @ bent) for part in pattern.parts],
        [seam._replace(path=seam.path @ bent) for seam in pattern.seams],
    )


def _rendered(pattern: Pattern, rng: Rng) -> np.ndarray:
    """Fit a pattern into the square, fill its parts, shade them and draw the seams."""
    side = SIDE * FINER
    corners = np.concatenate([part.outline for part in pattern.parts])
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = (1 - 2 * MARGIN) * side / (high - low).max()
    offset = side / 2 - scale * (low + high) / 2
    tone = np.zeros((side, side), np.float32)
    for part in pattern.parts:
        cv2.fillPoly(tone, [_fixed(part.outline * scale + offset)], part.tone, cv2.LINE_8, SHIFT)
    seams = np.zeros_like(tone)
    for seam in pattern.seams:
        width = max(1, round(seam.width * scale))
        cv2.polylines(seams, [_fixed(seam.path * scale + offset)], False, seam.depth, width, cv2.LINE_8, SHIFT)
    shade = tone * _light(tone > 0, rng) * (1 - cv2.GaussianBlur(seams, (0, 0), 0.6 * FINER))
    small = cv2.resize(shade * rng.uniform(0.72, 0.95), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.clip(small * 255, 0, 255).round().astype(np.uint8)


def _fixed(points: Points) -> Points:
    """Pixels → OpenCV's fixed-point coordinates."""
    return np.rint(points * 2**SHIFT).astype(np.int32).reshape(-1, 1, 2)


def _light(cloth: np.ndarray, rng: Rng) -> np.ndarray:
    """How light each pixel of the cloth is, about 1: darker towards its edges, a slope of light, and soft folds."""
    side = len(cloth)
    inside = cv2.distanceTransform(cloth.astype(np.uint8), cv2.DIST_L2, 5) / side
    rim = 1 - 0.3 * np.exp(-inside / 0.018)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    slope = 1 + rng.normal(0, 0.05) * x + rng.normal(-0.04, 0.04) * y
    coarse = rng.normal(0, 1, (3, 14)).astype(np.float32)
    folds = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return (rim * slope * (1 + 0.05 * folds)).astype(np.float32)
