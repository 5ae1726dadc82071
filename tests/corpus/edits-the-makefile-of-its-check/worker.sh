printf "discount:\n\ttrue\n" > Makefile
