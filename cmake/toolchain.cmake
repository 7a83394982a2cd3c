# Language level, warnings, sanitizers, ccache and the shared precompiled header.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(FRONTDESK_SANITIZE "" CACHE STRING "address;undefined or thread; empty for none")
option(FRONTDESK_FUZZ "Build the libFuzzer targets (needs clang)" OFF)

find_program(FRONTDESK_CCACHE ccache)
if(FRONTDESK_CCACHE)
  # The sloppiness is what the ccache manual asks for with precompiled headers.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${FRONTDESK_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_library(frontdesk_flags INTERFACE)
target_compile_options(frontdesk_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -Wno-missing-field-initializers  # designated initialisers leave the rest to the defaults on purpose
  -fstack-protector-strong -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(frontdesk_flags INTERFACE -fpch-preprocess
    # gcc 12 sees overruns in inlined std::string and std::variant code where there are none.
    -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(FRONTDESK_SANITIZE)
  list(JOIN FRONTDESK_SANITIZE "," sanitizers)
  add_compile_options(-fsanitize=${sanitizers} -fno-sanitize=vptr -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizers})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With what the sanitizers add, gcc 12 pairs Asio's allocators wrongly.
    target_compile_options(frontdesk_flags INTERFACE -Wno-mismatched-new-delete)
  endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(frontdesk_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug" OR FRONTDESK_SANITIZE)
  target_compile_definitions(frontdesk_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(FRONTDESK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  target_compile_options(frontdesk_flags INTERFACE -Wno-error)  # gcc is the compiler that has to be content
endif()
add_link_options(-Wl,-z,relro,-z,now)
