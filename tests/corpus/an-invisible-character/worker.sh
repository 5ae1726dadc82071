python3 tools/fix.py
echo 'x = 1' > $(printf 'conf\342\200\213test.py')
