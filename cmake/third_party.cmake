# One imported target third::<name> for every name in cmake/third_party.txt. Their headers are system headers.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Protobuf REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(simdjson REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ICU REQUIRED COMPONENTS i18n uc data)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibXml2 REQUIRED)
pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++)

# third(NAME libraries…): an alias-like target that links them.
function(third name)
  add_library(third_${name} INTERFACE)
  target_link_libraries(third_${name} INTERFACE ${ARGN})
  add_library(third::${name} ALIAS third_${name})
endfunction()

# third_file(NAME library headers…): a prebuilt shared library by its path.
function(third_file name library)
  if(NOT EXISTS "${library}")
    message(FATAL_ERROR "third::${name}: ${library} is missing. Run ./dev setup.")
  endif()
  file(REAL_PATH "${library}" real)
  add_library(third::${name} SHARED IMPORTED GLOBAL)
  set_target_properties(third::${name} PROPERTIES IMPORTED_LOCATION "${real}")
  target_include_directories(third::${name} INTERFACE ${ARGN})
endfunction()

third(threads Threads::Threads dl)
third(openssl OpenSSL::SSL OpenSSL::Crypto)
third(fmt fmt::fmt)
third(spdlog spdlog::spdlog)
third(json nlohmann_json::nlohmann_json)
third(simdjson simdjson::simdjson)
third(toml tomlplusplus::tomlplusplus)
third(cli11 CLI11::CLI11)
third(icu ICU::i18n ICU::uc ICU::data)
third(zlib ZLIB::ZLIB)
third(xml LibXml2::LibXml2)
third(grpc PkgConfig::GRPC protobuf::libprotobuf)
third(pcre2 pcre2-8)
third(roaring roaring)
third(zstd zstd)
third(lz4 lz4)
third(snappy snappy)
third(xxhash xxhash)
third(sodium sodium)
third(ldap ldap lber)
third(pam pam)

# Headers only: the compiled parts of Boost 1.81 that Beast could use are not needed.
third(boost Threads::Threads)

# DuckDB: the library of the npm package, the headers of the crate, which the library's version is checked against.
set(duckdb "${DFLAB_THIRD}/duckdb")
third_file(duckdb "${duckdb}/lib/libduckdb.so"
  "${duckdb}/source/src/include"
  "${duckdb}/source/third_party/re2"
  "${duckdb}/source/extension/parquet/include"
  "${duckdb}/source/third_party/parquet"
  "${duckdb}/source/third_party/thrift")

# The C++ interface has no stable ABI: library and headers must be of one version. The crate writes 1.5.6 as 1.10506.0.
file(STRINGS "${PROJECT_SOURCE_DIR}/deps/cargo/Cargo.toml" pin REGEX "^libduckdb-sys")
string(REGEX MATCH "=1\\.([0-9]+)([0-9][0-9])([0-9][0-9])\\." _ "${pin}")
math(EXPR minor "${CMAKE_MATCH_2}")
math(EXPR patch "${CMAKE_MATCH_3}")
execute_process(
  COMMAND python3 -c "import ctypes,sys; f=ctypes.CDLL(sys.argv[1]).duckdb_library_version; f.restype=ctypes.c_char_p; print(f().decode(),end='')"
    "${duckdb}/lib/libduckdb.so"
  OUTPUT_VARIABLE duckdb_version COMMAND_ERROR_IS_FATAL ANY)
if(NOT duckdb_version STREQUAL "v${CMAKE_MATCH_1}.${minor}.${patch}")
  message(FATAL_ERROR "libduckdb.so is ${duckdb_version}, its headers are v${CMAKE_MATCH_1}.${minor}.${patch}: align deps/npm.txt and deps/cargo.")
endif()

set(arrow "${DFLAB_THIRD}/arrow")
third_file(arrow_core "${arrow}/lib/libarrow.so" "${arrow}/include")
third_file(arrow_compute "${arrow}/lib/libarrow_compute.so" "${arrow}/include")
third_file(parquet_core "${arrow}/lib/libparquet.so" "${arrow}/include")
third(arrow third::arrow_core third::arrow_compute)
third(parquet third::parquet_core third::arrow)

add_library(third_sqlite STATIC "${DFLAB_THIRD}/sqlite/sqlite3.c")
target_include_directories(third_sqlite SYSTEM PUBLIC "${DFLAB_THIRD}/sqlite")
target_compile_options(third_sqlite PRIVATE -w -O2)
target_compile_definitions(third_sqlite
  PUBLIC SQLITE_OMIT_DEPRECATED SQLITE_OMIT_LOAD_EXTENSION
  PRIVATE SQLITE_THREADSAFE=1 SQLITE_DQS=0 SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_LIKE_DOESNT_MATCH_BLOBS
    SQLITE_MAX_EXPR_DEPTH=0 SQLITE_OMIT_SHARED_CACHE SQLITE_USE_ALLOCA SQLITE_ENABLE_COLUMN_METADATA
    SQLITE_DEFAULT_FOREIGN_KEYS=0 SQLITE_TEMP_STORE=2 HAVE_FDATASYNC=1 HAVE_USLEEP=1)
target_link_libraries(third_sqlite PUBLIC Threads::Threads m)
add_library(third::sqlite ALIAS third_sqlite)
