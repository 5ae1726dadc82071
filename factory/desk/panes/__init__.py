"""What a console shows, pane by pane: frozen values, of which a browser's pages and a terminal's are made."""
