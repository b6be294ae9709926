print("witan")
