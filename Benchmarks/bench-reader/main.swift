print("bench-reader")
