{{ focus_view('1.4') }}
