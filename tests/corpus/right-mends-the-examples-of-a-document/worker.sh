sed -i 's/301/300/' docs/sums.md
