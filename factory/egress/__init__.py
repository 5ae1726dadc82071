"""The one way out of a room: a proxy to one upstream, with the key outside and every call and token counted."""
