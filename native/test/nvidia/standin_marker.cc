// A libcuda.so.1 with nothing but the mark of a stand-in: what the programs in this folder must refuse to run beside.

extern "C" __attribute__((visibility("default"))) int node_tensorrt_standin = 1;
