sed -i 's/| OPEN |/| DONE |/' AC_LEDGER.md
