sed -i 's/270/300/' docs/discounts.md
