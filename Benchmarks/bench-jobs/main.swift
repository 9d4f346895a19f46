print("bench-jobs")
