# Sets `variable` to the include folder of an npm package that has one.
function(find_npm_headers package variable)
  execute_process(
    COMMAND node -p "require('${package}').include_dir"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${package} was not found: run 'npm ci' first")
  endif()
  get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR "${PROJECT_SOURCE_DIR}")
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()
