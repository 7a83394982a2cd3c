// What the receptionist knows beside her settings: documents, and what a question finds. /api/knowledge/...
#pragma once
#include "api/receptionist_routes.hpp"

namespace frontdesk::api {

void add_knowledge_routes(rest::Api& api, ReceptionistSources sources);

}  // namespace frontdesk::api
