# Runs PROGRAM and fails unless its output matches REPORT and its exit status says so, too: not zero with a report,
# zero without.
execute_process(COMMAND "${PROGRAM}" RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT output MATCHES "${REPORT}")
  message(FATAL_ERROR "expected a report that matches '${REPORT}', got (status ${status}):\n${output}")
endif()
if(REPORT STREQUAL "^$")
  if(NOT status STREQUAL "0")
    message(FATAL_ERROR "no report, but status ${status}")
  endif()
elseif(status STREQUAL "0")
  message(FATAL_ERROR "a report, but exit status 0: a test with this bug would pass\n${output}")
endif()
message(STATUS "as expected: ${CMAKE_MATCH_0} (status ${status})")
