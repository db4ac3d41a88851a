# Messages and services of Spark Connect and Delta Connect, and google.rpc, as C++: out of the descriptors that
# the Python packages carry. tools/proto_descriptors.py gathers them into one descriptor set.
set(proto_dir "${PROJECT_BINARY_DIR}/proto")
set(descriptors "${proto_dir}/descriptors.pb")
file(MAKE_DIRECTORY "${proto_dir}")

set(dump "${PROJECT_SOURCE_DIR}/tools/proto_descriptors.py")
file(GLOB site "${DFLAB_THIRD}/python/lib/python3*/site-packages")
set(protos)
foreach(name base catalog commands common expressions ml ml_common pipelines relations types)
  list(APPEND protos "spark/connect/${name}.proto")
endforeach()
foreach(name base commands relations)
  list(APPEND protos "delta/connect/${name}.proto")
endforeach()
list(APPEND protos google/rpc/status.proto google/rpc/code.proto google/rpc/error_details.proto)

set(sources)
set(headers)
foreach(proto IN LISTS protos)
  string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
  list(APPEND sources "${proto_dir}/${stem}.pb.cc")
  list(APPEND headers "${proto_dir}/${stem}.pb.h")
endforeach()
list(APPEND sources "${proto_dir}/spark/connect/base.grpc.pb.cc")
list(APPEND headers "${proto_dir}/spark/connect/base.grpc.pb.h")

find_program(PROTOC protoc REQUIRED)
find_program(GRPC_PLUGIN grpc_cpp_plugin REQUIRED)
add_custom_command(
  OUTPUT ${sources} ${headers}
  COMMAND python3 "${dump}" --site "${site}" --out "${descriptors}"
  COMMAND ${PROTOC} "--descriptor_set_in=${descriptors}" "--cpp_out=${proto_dir}" ${protos}
  COMMAND ${PROTOC} "--descriptor_set_in=${descriptors}" "--grpc_out=${proto_dir}"
          "--plugin=protoc-gen-grpc=${GRPC_PLUGIN}" spark/connect/base.proto
  DEPENDS "${dump}"
  COMMENT "Spark Connect messages out of the clients' descriptors"
  VERBATIM)

add_library(lab_spark_proto STATIC ${sources} ${headers})
target_include_directories(lab_spark_proto SYSTEM PUBLIC "${proto_dir}")
target_compile_options(lab_spark_proto PRIVATE -O1 -w)
target_link_libraries(lab_spark_proto PUBLIC third::grpc)
add_library(third::spark_proto ALIAS lab_spark_proto)
