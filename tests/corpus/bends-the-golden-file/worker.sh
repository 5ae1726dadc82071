echo 300 > golden/discount.txt
