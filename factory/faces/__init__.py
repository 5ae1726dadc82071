"""What people and programs see of the factory. A face reads the desk and writes only by `submit`."""
