#include "json/schemas.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace frontdesk::json {
namespace {

namespace bj = boost::json;

constexpr std::string_view kFolder = "#/components/schemas/";
constexpr std::string_view kInputMark = "?input";  // cannot stand in a name

/// Calls `change` with each "$ref" in a document.
void each_reference(bj::value& value, const std::function<void(bj::string&)>& change) {
  if (auto* array = value.if_array()) {
    for (auto& each : *array) each_reference(each, change);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) {
      if (member.key() == "$ref" && member.value().is_string())
        change(member.value().get_string());
      else
        each_reference(member.value(), change);
    }
  }
}

std::string without_marks(const bj::object& schema) {
  bj::value copy(schema);
  each_reference(copy, [](bj::string& reference) {
    const std::string_view text(reference.data(), reference.size());
    if (text.ends_with(kInputMark)) reference.resize(reference.size() - kInputMark.size());
  });
  return bj::serialize(copy);
}

std::string_view name_in(std::string_view reference) {
  if (reference.starts_with(kFolder)) reference.remove_prefix(kFolder.size());
  if (reference.ends_with(kInputMark)) reference.remove_suffix(kInputMark.size());
  return reference;
}

}  // namespace

bj::object Schemas::component(std::string_view name, Direction direction, const std::function<bj::object()>& make) {
  const Key key(name, direction);
  if (!schemas_.contains(key)) {
    schemas_[key];  // ends the recursion of a type that holds itself
    schemas_[key] = make();
  }
  std::string reference(kFolder);
  reference.append(name);
  if (direction == Direction::input) reference.append(kInputMark);
  return {{"$ref", reference}};
}

std::map<std::string, bool> Schemas::differences() const {
  std::map<std::string, bool> differs;
  for (const auto& [key, schema] : schemas_) {
    const auto other = schemas_.find({key.first, Direction::output});
    if (key.second == Direction::input && other != schemas_.end())
      differs[key.first] = without_marks(schema) != without_marks(other->second);
  }
  // Whoever refers to a schema that has two forms has two forms itself.
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& [name, is_different] : differs) {
      if (is_different) continue;
      bj::value copy(schemas_.at({name, Direction::input}));
      each_reference(copy, [&, &flag = is_different](bj::string& reference) {
        const auto found = differs.find(std::string(name_in({reference.data(), reference.size()})));
        flag = flag || (found != differs.end() && found->second);
      });
      changed = changed || is_different;
    }
  }
  return differs;
}

void Schemas::resolve(bj::value& document) const {
  const auto differs = differences();
  each_reference(document, [&](bj::string& reference) {
    const std::string_view text(reference.data(), reference.size());
    if (!text.ends_with(kInputMark)) return;
    const std::string name(name_in(text));
    const auto found = differs.find(name);
    std::string final_form(kFolder);
    final_form += name;
    if (found != differs.end() && found->second) final_form += "Input";
    reference = final_form;
  });
}

bj::object Schemas::components() const {
  const auto differs = differences();
  std::map<std::string, bj::object> named;
  for (const auto& [key, schema] : schemas_) {
    const auto found = differs.find(key.first);
    const bool two = found != differs.end() && found->second;
    named[two && key.second == Direction::input ? key.first + "Input" : key.first] = schema;
  }
  bj::object all;
  for (auto& [name, schema] : named) all[name] = std::move(schema);
  bj::value document(std::move(all));
  resolve(document);
  return std::move(document.get_object());
}

}  // namespace frontdesk::json
