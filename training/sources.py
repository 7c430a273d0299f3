"""The sources of the default corpus: its collections, and the encoders whom their files name."""

from typing import NamedTuple

LICENCE = (
    "The music is in the public domain. The encodings come with music21, whose corpus/license.txt says that they are "
    "distributed with the permission of the encoders, and that it assumes no copyright in them."
)


class Source(NamedTuple):
    """A collection: the files taken of it, what it is, and its encoders.

    With each encoder stands the number of tunes whose `Z:` lines name them (ABC 2.1, 3.1.12); encoders of fewer than
    five tunes are counted, not named.
    """

    pattern: str
    title: str
    encoders: str


SOURCES = {
    "airdsAirs": Source(
        "*.abc",
        "James Aird, A Selection of Scotch, English, Irish and Foreign Airs, Glasgow 1778 to 1801",
        "Jack Campin (1180)",
    ),
    "bach": Source(
        "*.mxl",
        "Johann Sebastian Bach, chorales in four parts and movements from cantatas",
        "the files name no encoder; edited and converted by the music21 project (MuseScore, Finale, music21)",
    ),
    "miscFolk": Source(
        "*.abc",
        "American fife tunes; Bruce and Stokoe, Northumbrian Minstrelsy, 1882",
        "Jack Campin (184)",
    ),
    "oneills1850": Source(
        "*.abc",
        "Francis O'Neill, Music of Ireland: 1850 Melodies, Chicago 1903",
        "John Chambers (289), Bob Safranek (257), Trish O'Neil (179), Dan G. Petersen (151), Michael Hogan (116), "
        "Stephen Foy (92), John B. Walsh (87), Michael D. Long (68), Tom Keays (51), Norbert Paap (50), Chris Falt "
        "(50), Dave Wooldridge (50), Robert Thorpe (40), A. LEE WORMAN (33), J.B. Walsh (27), John Walsh (25), "
        "A.LEE WORMAN (24), Nick Terhorst (16), Trish O'Nei (13), Ted Hastings (10), and others (27)",
    ),
    "ryansMammoth": Source(
        "*.abc",
        "William Bradbury Ryan, Ryan's Mammoth Collection, Boston 1883",
        "Ray Davies (449), John Chambers (323), John B. Walsh (58), Bob Puckette (57), John Walsh (49), Ivan Bradley "
        "(20), Bob Safranek (5), and others (14)",
    ),
}
"""The collections that a model which is given away may learn from, by their folders in music21's corpus (10.5)."""
