"""Office files in XML: Word, Excel, PowerPoint, OpenDocument, EPUB, XPS."""
