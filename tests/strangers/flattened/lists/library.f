# The cells, but for those that are looked up.
+incdir+cells
-F cells/cells.f
