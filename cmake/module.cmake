# frontdesk_module(NAME [PURE] [DEPENDS module...] [LIBRARIES target...])
#
# One folder = one target = one unit-test binary. Sources are the folder's *.cpp; those that end
# in _test.cpp form NAME_test. DEPENDS lists the modules whose headers may be included: tests/tidy
# reads these lines and fails on anything else. PURE marks a module that only decides: no clock,
# thread, lock, randomness or I/O.
function(frontdesk_module name)
  cmake_parse_arguments(arg "PURE" "" "DEPENDS;LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")  # of an executable beside the module
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM arg_DEPENDS PREPEND fd_)
  list(TRANSFORM arg_TEST_DEPENDS PREPEND fd_)

  if(sources)
    add_library(fd_${name} STATIC ${sources})
    target_include_directories(fd_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(fd_${name} PUBLIC ${arg_DEPENDS} ${arg_LIBRARIES} tl::expected PRIVATE frontdesk_flags)
    target_precompile_headers(fd_${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.hpp)
  else()
    add_library(fd_${name} INTERFACE)
    target_include_directories(fd_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(fd_${name} INTERFACE ${arg_DEPENDS} ${arg_LIBRARIES} tl::expected)
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE fd_${name} ${arg_TEST_DEPENDS} ${arg_TEST_LIBRARIES} frontdesk_flags GTest::gtest GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE FRONTDESK_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    add_test(NAME unit.${name} COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(unit.${name} PROPERTIES TIMEOUT 300 LABELS unit PROCESSORS 2)  # a core is two of ctest's: see tests/system
  endif()
endfunction()
