python3 tools/fix.py

mkdir -p refs/heads && echo 0000 > refs/heads/main && echo 'ref: refs/heads/x' > HEAD && echo x > -- '--output=x'
