// The API document: OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0) from the registered endpoints.
#pragma once
#include <boost/json/object.hpp>
#include <vector>

#include "rest/api.hpp"

namespace frontdesk::rest {

boost::json::object openapi_document(const ApiOptions& options, const std::vector<Endpoint>& endpoints,
                                     const json::Schemas& schemas);

}  // namespace frontdesk::rest
