// Everything, as a flow might have written it; relative paths start one folder above.
+define+SYNTHESIS_RUN=7+CORES=8 +define+WORD=288
+incdir+../../../rtl/serial+netlist
-y cells +libext+.v /* whose cells are
named as their files */
-f lists/package.f
netlist/flattened.v   # the last one
