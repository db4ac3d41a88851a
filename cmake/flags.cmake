# Flags of our own code. They ride on the target lab_flags and not in CMAKE_CXX_FLAGS, so that third-party
# and generated code compiles alike in every preset and comes out of ccache.
add_library(lab_flags INTERFACE)
target_compile_options(lab_flags INTERFACE
  -Wall -Wextra -Werror
  # Rows of tables name the fields they set; overrides name what they take.
  -Wno-missing-field-initializers -Wno-missing-designated-field-initializers -Wno-unused-parameter
  -fno-omit-frame-pointer)
target_include_directories(lab_flags INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_definitions(lab_flags INTERFACE "DFLAB_VERSION=\"${PROJECT_VERSION}\"")
# Relative, as ccache rewrites paths (CCACHE_BASEDIR in ./dev): the same words in every worktree.
add_compile_options(-ffile-prefix-map=../../=)
add_link_options(-fuse-ld=mold)

if(DFLAB_SANITIZE)
  # Everywhere, third-party sources too: a container filled on one side must be annotated on both.
  add_compile_options("-fsanitize=${DFLAB_SANITIZE}" -fno-sanitize-recover=undefined -g1)
  add_link_options("-fsanitize=${DFLAB_SANITIZE}")
endif()

if(DFLAB_FUZZ)
  target_compile_options(lab_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Sections without users go.
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections)
