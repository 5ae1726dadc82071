python3 tools/fix.py

printf '{"calls": 1, "cost_usd": Infinity, "tokens_in": %s, "summary": "\\ud800", "model": "\\udfff"}' "$(printf '9%.0s' $(seq 400))" > "$FACTORY_REPORT"
