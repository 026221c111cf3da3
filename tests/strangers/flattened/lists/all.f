// Everything, as a flow might have written it; relative paths start one folder above.
+define+SYNTHESIS_RUN=7
-y cells +libext+.v /* whose cells are
named as their files */
-f lists/library.f
${FLATTENED}/netlist.v   # the last one
