sed -i 's/^regression.*/regression = []/' ssot/factory.toml
