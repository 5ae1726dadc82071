"""The console in a browser: pages made here, and a line that tells what is new. It looks, and changes nothing."""
