#include "sound_files/child.hpp"

int main() {
  return frontdesk::sound_files::run_child();
}
