"""Office files of before: OLE containers, Word, Excel and PowerPoint to 2003, RTF, Windows drawings."""
