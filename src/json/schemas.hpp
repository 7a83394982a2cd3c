// The named schemas of an API (JSON Schema 2020-12, as OpenAPI 3.1 keeps them under #/components/schemas). A type that
// looks different when it is sent than when it comes out (secrets, what may be left out) has two: Door and DoorInput.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace frontdesk::json {

enum class Direction { input, output };

class Schemas {
 public:
  /// {"$ref": ...} to the schema of that name, which `make` describes when it is first asked for. The reference is
  /// provisional until resolve(): only then is it known whether there are two schemas.
  boost::json::object component(std::string_view name, Direction direction,
                                const std::function<boost::json::object()>& make);

  /// All, by name. Deterministic.
  boost::json::object components() const;
  /// Makes provisional references in a document final.
  void resolve(boost::json::value& document) const;

 private:
  using Key = std::pair<std::string, Direction>;
  /// Whether input and output of this name differ, themselves or in what they refer to.
  std::map<std::string, bool> differences() const;

  std::map<Key, boost::json::object> schemas_;
};

}  // namespace frontdesk::json
