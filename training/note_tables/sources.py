"""The note tables that are known: file, digest, origin, licence, and how each becomes pieces of a style."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from midi.tokens import STYLES
from training.note_tables import drummed, jazz, performed, scored, sequenced
from training.note_tables.styled_piece import StyledPiece
from training.note_tables.table_file import TableFile

_, CHORALE, SONG, CLASSICAL, PERFORMANCE, RAGTIME, JAZZ, BASS, BAND, STRINGS, DRUMS = STYLES

Reader = Callable[[TableFile, str], Iterator[StyledPiece]]


@dataclass(frozen=True, slots=True)
class NoteTable:
    """A table: `licence` in its makers' words; `attribution` as it must stand beside a model that learned from it."""

    file: str
    sha256: str
    source: str
    licence: str
    attribution: str
    readers: dict[str, Reader]
    """By style: one table may teach several."""


TABLES: tuple[NoteTable, ...] = (
    NoteTable(
        "hymns_openhymnal.npz",
        "fff6ff7c521196af65a36d2c7d94dbd5058ef27cad711cb4bc84bb59e711bcd4",
        "Open Hymnal: mzealey/openhymnal @d35811b2d5c9b0bbc5887d60a2936454815416e8, 270 hymns in four parts",
        "copyright: public domain. This score is a part of the Open Hymnal Project",
        "Open Hymnal Project, Brian J. Dumont",
        {CHORALE: sequenced.flat},
    ),
    NoteTable(
        "song_lieder.npz",
        "ab1dd91c3311712c1296b72cd646787c17bf73a1ff005868cff24ad092711499",
        "OpenScore/Lieder @bca122458de6da362abe62dd6aec62e25d7759b1, 1,460 songs",
        "These scores are released under Creative Commons Zero (CC0).",
        "OpenScore Lieder Corpus, M. Gotham and volunteers",
        {SONG: scored.songs},
    ),
    NoteTable(
        "piano_chopin_first_editions.npz",
        "358f1a01bad82455e5578ddec9674a515f6dd6e43cb729ff50c4c7da640d7cc8",
        "pl-wnifc/humdrum-chopin-first-editions @95dfb105c1669c72d10b04088566154f12d3dc1c, one edition a work",
        "CC BY 4.0: Adapt ... for any purpose, even commercially. Provided that you acknowledge the source of the data",
        "First Editions of Fryderyk Chopin's Music. Copyright 2017-2021 The Fryderyk Chopin Institute "
        "(https://nifc.pl). Website: https://chopinscores.org. Digital scores: "
        "pl-wnifc/humdrum-chopin-first-editions. License: CC BY 4.0 (https://creativecommons.org/licenses/by/4.0)",
        {CLASSICAL: scored.scores},
    ),
    NoteTable(
        "piano_giantmidi56.npz",
        "90bc4ef81bdd3f0d61724fb8f1602b7d641cbf38670c761134600dab88984382",
        "bytedance/GiantMIDI-Piano @930d535a3882f301f7dd8b4c1389072e04989037, previews and evaluation files",
        "CC BY 4.0",
        "GiantMIDI-Piano by Qiuqiang Kong, Bochen Li, Jitong Chen, Yuxuan Wang (ByteDance), 2020/2022; CC BY 4.0; "
        "converted to a note table",
        {PERFORMANCE: performed.performances},
    ),
    NoteTable(
        "ragtime_mutopia.npz",
        "d539ad7ed28a564786bf48bf5f82202d9e001247159b625a86a68862a736a831",
        "MutopiaProject/MutopiaProject @2144afd6f52d56c5b6995b8b589ef1268b3139f0, Joplin, Turpin and Hunter",
        'license = "Public Domain"',
        "typeset by volunteers of the Mutopia Project",
        {RAGTIME: sequenced.flat},
    ),
    NoteTable(
        "jazz_wjd.npz",
        "9745ca2a714f7814fedfb8109ea41d39cb541c8d78be0a7b42b6808fd755474d",
        "Weimar Jazz Database: slSeanWU/jazz_transformer @eb77f0971e653d7208ed708f704b4d3d4b3eeff0, "
        "klausfrieler/jazzodata @0dc98cf9e14fdf034e86ffdfe4728cb924d750f1",
        "Open Database License (ODbL) 1.0",
        "Weimar Jazz Database: M. Pfleiderer, K. Frieler, J. Abesser, W.-G. Zaddach, B. Burkhart (eds.), Inside the "
        "Jazzomat, Schott Campus 2017; ODbL 1.0. Contains information from the Weimar Jazz Database, which is made "
        "available under the ODbL.",
        {JAZZ: jazz.solos, BASS: jazz.basses},
    ),
    NoteTable(
        "band_freedoom.npz",
        "e0ac3a2c84e17c948fc9a42fb9deaab03cb6438c16c87ab5eebd4d89991babb8",
        "freedoom/freedoom @d14dbbee3b6fbfb2c11cdb65eb61216e86d4ee85, 112 pieces of music",
        "Redistribution and use in source and binary forms, with or without modification, are permitted ...",
        "Copyright (c) 2001-2024 Contributors to the Freedoom project; BSD 3-clause",
        {BAND: sequenced.expressive},
    ),
    NoteTable(
        "strings_quartets.npz",
        "efddaa1120bcc5da0b25deb4ed26253503ff0b7ab0371942eb6d9aafa612b082",
        "OpenScore/StringQuartets @2c723a5b7b4ea5420826116dfa912956c6a022c2, 122 movements",
        "These scores are released under Creative Commons Zero (CC0).",
        "OpenScore String Quartet Corpus",
        {STRINGS: scored.scores},
    ),
    NoteTable(
        "drums_groove.npz",
        "5fe78d9824886ff03cc027be9d7bd9166adf3a011f6220614d49e13eaca961e3",
        "Groove MIDI Dataset 1.0.0: zharry29/drums-with-llm @476adbc938a600eaca26bbb02648e6127b5eca64, groove/",
        "This work is licensed under the Creative Commons Attribution 4.0 International License.",
        'Groove MIDI Dataset by Jon Gillick, Adam Roberts, Jesse Engel, Douglas Eck and David Bamman, "Learning to '
        'Groove with Inverse Sequence Transformations", ICML 2019; CC BY 4.0; converted to a note table',
        {DRUMS: drummed.drums},
    ),
)
