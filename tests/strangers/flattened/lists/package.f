# What the netlist has of FPnew.
+incdir+{common_cells_include}
-F cells/cells.f
{common_cells}/cf_math_pkg.sv {common_cells}/lzc.sv
{fpnew}/fpnew_pkg.sv \
  {fpnew}/fpnew_classifier.sv {fpnew}/fpnew_rounding.sv \
  {fpnew}/fpnew_fma.sv {fpnew}/fpnew_noncomp.sv
