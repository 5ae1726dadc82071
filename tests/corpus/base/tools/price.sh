#!/bin/sh
exec python3 -m shop "$@"
